// Composes the subgraphs on stdin (a JSON list of {name, sdl}); tells errors, hints and the supergraph as JSON.
import { readFileSync } from "node:fs";
import { composeServices } from "@apollo/composition";
import { parse } from "graphql";

const subgraphs = JSON.parse(readFileSync(0, "utf8"));
const { errors, hints, supergraphSdl } = composeServices(
  subgraphs.map(({ name, sdl }) => ({ name, url: `http://${name}`, typeDefs: parse(sdl) })),
);
const told = (list) => (list ?? []).map(({ message }) => message);
console.log(JSON.stringify({ errors: told(errors), hints: told(hints), supergraph: supergraphSdl ?? null }));
