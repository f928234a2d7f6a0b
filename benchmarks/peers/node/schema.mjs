// The same schema as the stock Strawberry server's.
import { GraphQLScalarType } from "graphql";
import { changeMobile, customersOf, pageOf } from "./loaders.mjs";

export const typeDefs = `#graphql
  scalar BigInt
  scalar Date
  scalar DateTime
  scalar Decimal

  type Query {
    customer(id: Int!): Customer
    customersByIds(ids: [Int!]!): [Customer]!
    customers(first: Int!, resellerId: Int!): [Customer!]!
    customerPage(
      first: Int!, resellerId: Int!, status: String!, orderBy: String!, descending: Boolean!
    ): CustomerPage!
    reseller(id: Int!): Reseller
  }
  type Mutation {
    updateCustomer(id: Int!, mobile: String!): Customer!
  }
  type Customer {
    customerId: Int!
    customerNumber: String!
    type: String!
    status: String!
    displayName: String!
    firstName: String
    lastName: String
    email: String
    mobile: String
    language: String!
    timeZone: String!
    createdAt: DateTime!
    invoices(first: Int!): [Invoice!]!
    sessions(first: Int!): [Session!]!
    plan: TariffPlan
    reseller: Reseller
  }
  type Invoice {
    number: String
    status: String!
    currency: String!
    issuedOn: Date
    dueOn: Date
    createdAt: DateTime!
    totalMinor: Int!
    paidMinor: Int!
    lines: [InvoiceLine!]!
    allocations: [PaymentAllocation!]!
  }
  type InvoiceLine {
    position: Int!
    description: String!
    quantity: Decimal!
    netMinor: Int!
    taxMinor: Int!
  }
  type PaymentAllocation {
    amountMinor: Int!
    payment: Payment!
  }
  type Payment {
    method: String!
    reference: String
    receivedAt: DateTime!
  }
  type Session {
    acctSessionId: String!
    state: String!
    framedIpAddress: String
    nasIpAddress: String!
    inputOctets: BigInt!
    outputOctets: BigInt!
    startedAt: DateTime!
  }
  type TariffPlan {
    code: String!
    name: String!
    billingCycle: String!
    downloadKbps: Int!
    uploadKbps: Int!
  }
  type Reseller {
    code: String!
    name: String!
    currency: String!
    customers(first: Int!): [Customer!]!
  }
  type PageInfo {
    hasNextPage: Boolean!
    endCursor: String
  }
  type CustomerEdge {
    cursor: String!
    node: Customer!
  }
  type CustomerPage {
    edges: [CustomerEdge!]!
    pageInfo: PageInfo!
    totalCount: Int!
  }
`;

const asText = (name) => new GraphQLScalarType({ name, serialize: String });

export const resolvers = {
  BigInt: asText("BigInt"),
  Date: asText("Date"),
  DateTime: new GraphQLScalarType({ name: "DateTime", serialize: (at) => at.toISOString() }),
  Decimal: asText("Decimal"),
  Query: {
    customer: (_, { id }, { loaders }) => loaders.customer.load(id),
    customersByIds: (_, { ids }, { loaders }) => loaders.customer.loadMany(ids),
    customers: (_, asked, { pool }) => customersOf(pool, asked),
    customerPage: async (_, asked, { pool }) => {
      const { rows, total } = await pageOf(pool, asked);
      const shown = rows.slice(0, asked.first);
      const edges = shown.map((node) => ({ cursor: cursorOf(node), node }));
      const pageInfo = {
        hasNextPage: rows.length > asked.first,
        endCursor: edges.at(-1)?.cursor ?? null,
      };
      return { edges, pageInfo, totalCount: total };
    },
    reseller: (_, { id }, { loaders }) => loaders.reseller.load(id),
  },
  Mutation: {
    updateCustomer: (_, change, { pool }) => changeMobile(pool, change),
  },
  Customer: {
    invoices: async ({ id }, { first }, { loaders }) =>
      (await loaders.invoices.load(id)).slice(0, first),
    sessions: async ({ id }, { first }, { loaders }) =>
      (await loaders.sessions.load(id)).slice(0, first),
    plan: async ({ id }, _, { loaders }) => (await loaders.plan.load(id))[0] ?? null,
    reseller: ({ resellerId }, _, { loaders }) => loaders.reseller.load(resellerId),
  },
  Reseller: {
    customers: ({ id }, { first }, { pool }) => customersOf(pool, { resellerId: id, first }),
  },
  Invoice: {
    lines: ({ id }, _, { loaders }) => loaders.lines.load(id),
    allocations: ({ id }, _, { loaders }) => loaders.allocations.load(id),
  },
  PaymentAllocation: {
    payment: ({ paymentId }, _, { loaders }) => loaders.payment.load(paymentId),
  },
};

function cursorOf({ displayName, id }) {
  return Buffer.from(JSON.stringify([displayName, id])).toString("base64");
}
