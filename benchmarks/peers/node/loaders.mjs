// One data loader per relation: one statement per batch.
import DataLoader from "dataloader";

const CUSTOMER = `id, id as "customerId", customer_number as "customerNumber", type, status,
  display_name as "displayName", first_name as "firstName", last_name as "lastName", email, mobile,
  language, time_zone as "timeZone", created_at as "createdAt", reseller_id as "resellerId"`;
const CUSTOMERS = `select ${CUSTOMER} from customer.customers`;

function byKey(pool, select) {
  return new DataLoader(async (keys) => {
    const { rows } = await pool.query(`${select} where id = any ($1)`, [keys]);
    const found = new Map(rows.map((row) => [row.id, row]));
    return keys.map((key) => found.get(key) ?? null);
  });
}

function byParent(pool, select, parent, order) {
  const statement = `${select} where ${parent} = any ($1) order by ${order}`;
  return new DataLoader(async (keys) => {
    const { rows } = await pool.query(statement, [keys]);
    const children = new Map(keys.map((key) => [key, []]));
    for (const row of rows) children.get(row.parent).push(row);
    return keys.map((key) => children.get(key));
  });
}

export function loadersOf(pool) {
  return {
    customer: byKey(pool, CUSTOMERS),
    reseller: byKey(pool, "select id, code, name, currency from reseller.resellers"),
    payment: byKey(
      pool,
      `select id, method, reference, received_at as "receivedAt" from billing.payments`,
    ),
    plan: byParent(
      pool,
      `select assignment.customer_id as parent, code, name, plan.billing_cycle as "billingCycle",
         download_kbps as "downloadKbps", upload_kbps as "uploadKbps"
       from tariff.plan_assignments assignment
       join tariff.tariff_plans plan on plan.id = assignment.tariff_plan_id`,
      "assignment.customer_id",
      "assignment.started_at desc",
    ),
    invoices: byParent(
      pool,
      `select id, customer_id as parent, number, status, currency, issued_on as "issuedOn",
         due_on as "dueOn", created_at as "createdAt", total_minor as "totalMinor",
         paid_minor as "paidMinor"
       from billing.invoices`,
      "customer_id",
      "created_at desc, id desc",
    ),
    sessions: byParent(
      pool,
      `select customer_id as parent, acct_session_id as "acctSessionId", state,
         nas_ip_address as "nasIpAddress", framed_ip_address as "framedIpAddress",
         input_octets as "inputOctets", output_octets as "outputOctets", started_at as "startedAt"
       from radius.sessions`,
      "customer_id",
      "started_at desc",
    ),
    lines: byParent(
      pool,
      `select invoice_id as parent, position, description, quantity, net_minor as "netMinor",
         tax_minor as "taxMinor"
       from billing.invoice_lines`,
      "invoice_id",
      "position",
    ),
    allocations: byParent(
      pool,
      `select invoice_id as parent, payment_id as "paymentId", amount_minor as "amountMinor"
       from billing.payment_allocations`,
      "invoice_id",
      "id",
    ),
  };
}

export async function customersOf(pool, { resellerId, first }) {
  const page = `${CUSTOMERS} where reseller_id = $1 order by id limit $2`;
  return (await pool.query(page, [resellerId, first])).rows;
}

export async function pageOf(pool, { resellerId, status, first, orderBy, descending }) {
  const column = { DISPLAY_NAME: "display_name" }[orderBy];
  const direction = descending ? "desc" : "asc";
  const matching = "where reseller_id = $1 and status = $2";
  const page = `${CUSTOMERS} ${matching} order by ${column} ${direction}, id ${direction} limit $3`;
  const count = `select count(*)::int from customer.customers ${matching}`;
  const [{ rows }, counted] = await Promise.all([
    pool.query(page, [resellerId, status, first + 1]),
    pool.query(count, [resellerId, status]),
  ]);
  return { rows, total: counted.rows[0].count };
}

export async function changeMobile(pool, { id, mobile }) {
  const client = await pool.connect();
  try {
    await client.query("begin");
    const changed = await client.query(
      `update customer.customers set mobile = $2 where id = $1 returning ${CUSTOMER}`,
      [id, mobile],
    );
    await client.query("commit");
    return changed.rows[0];
  } catch (error) {
    await client.query("rollback");
    throw error;
  } finally {
    client.release();
  }
}
