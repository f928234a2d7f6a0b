// PostGraphile 5 as its documentation has it in production: no explorer, no watching, no explaining.
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { poolConfig, port, schemas } from "./settings.mjs";

const preset = {
  extends: [PostGraphileAmberPreset],
  pgServices: [makePgService({ poolConfig, schemas, pubsub: false })],
  grafserv: { graphqlPath: "/graphql", graphiql: false, watch: false, websockets: false },
  grafast: { explain: false },
};

const server = createServer();
const instance = postgraphile(preset);
await instance.createServ(grafserv).addTo(server);
server.listen(port, "127.0.0.1");
