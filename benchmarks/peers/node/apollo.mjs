// Apollo Server 5 as its documentation shows it: standalone, with data loaders made for each request.
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";
import pg from "pg";
import { loadersOf } from "./loaders.mjs";
import { resolvers, typeDefs } from "./schema.mjs";
import { poolConfig, port } from "./settings.mjs";

// A date has no time: as text it keeps its day in every time zone.
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text);
const pool = new pg.Pool(poolConfig);

await startStandaloneServer(new ApolloServer({ typeDefs, resolvers }), {
  context: async () => ({ pool, loaders: loadersOf(pool) }),
  listen: { host: "127.0.0.1", port },
});
