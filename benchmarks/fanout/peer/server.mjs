// graphql-ws on ws, set up as its documentation shows it. A line on standard input is an event that is published; the
// answer on standard output tells when. Argument: the port.
import readline from 'node:readline';

import { GraphQLID, GraphQLInt, GraphQLInterfaceType, GraphQLNonNull, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';

// Every subscriber is an iterator of its own, as with any pub/sub of this ecosystem, and nothing more than that.
class PubSub {
  #subscribers = new Set();

  publish(event) {
    for (const subscriber of this.#subscribers) subscriber(event);
  }

  async *subscribe() {
    const events = [];
    let wake = () => {};
    const subscriber = (event) => {
      events.push(event);
      wake();
    };
    this.#subscribers.add(subscriber);
    try {
      while (true) {
        while (events.length > 0) yield { customerEvents: events.shift() };
        await new Promise((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      this.#subscribers.delete(subscriber);
    }
  }
}

const common = {
  id: { type: new GraphQLNonNull(GraphQLID) },
  type: { type: new GraphQLNonNull(GraphQLString) },
  timestamp: { type: new GraphQLNonNull(GraphQLString) },
  cursor: { type: new GraphQLNonNull(GraphQLString) },
  customerId: { type: GraphQLInt },
  transactionId: { type: GraphQLID },
  actor: { type: GraphQLString },
};
const CustomerEvent = new GraphQLInterfaceType({ name: 'CustomerEvent', fields: common, resolveType: (event) => event.__typename });
const EmailVerified = new GraphQLObjectType({
  name: 'EmailVerified',
  interfaces: [CustomerEvent],
  fields: { ...common, email: { type: GraphQLString } },
});
const pubsub = new PubSub();
const schema = new GraphQLSchema({
  types: [EmailVerified],
  query: new GraphQLObjectType({ name: 'Query', fields: { hello: { type: GraphQLString, resolve: () => 'world' } } }),
  subscription: new GraphQLObjectType({
    name: 'Subscription',
    fields: { customerEvents: { type: CustomerEvent, args: { after: { type: GraphQLString } }, subscribe: () => pubsub.subscribe() } },
  }),
});

const tell = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const server = new WebSocketServer({ port: Number(process.argv[2]), host: '127.0.0.1', path: '/graphql', backlog: 1024 });
useServer({ schema }, server);
server.on('listening', () => tell({ ready: true }));
readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const event = JSON.parse(line);
  const published_at = Date.now() / 1000;
  pubsub.publish(event);
  tell({ published_at });
}).on('close', () => process.exit(0));
