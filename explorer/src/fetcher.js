import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { getIntrospectionQuery, parse } from "graphql";
import { createClient } from "graphql-ws";

const ENDPOINT = "/graphql";

// GraphiQL's own query leaves these out, so that its documentation and checks would not know of @oneOf or @specifiedBy.
const INTROSPECTION = getIntrospectionQuery({
  inputValueDeprecation: true,
  oneOf: true,
  schemaDescription: true,
  specifiedByUrl: true,
});

/** HTTP and websocket, both with the same bearer token. Dispose of it when the token changes. */
export function createTransport(token) {
  const authorization = token ? { authorization: `Bearer ${token}` } : {};
  const url = new URL(ENDPOINT, location.href);
  url.protocol = url.protocol.replace("http", "ws");

  // A lost connection is shown at once: tried again in silence, it would look like a quiet stream.
  const wsClient = createClient({ url: url.href, connectionParams: authorization, retryAttempts: 0 });
  const send = createGraphiQLFetcher({
    url: ENDPOINT,
    headers: authorization,
    wsClient,
    enableIncrementalDelivery: false,
  });

  function fetcher(params, options) {
    if (params.operationName === "IntrospectionQuery") return send({ ...params, query: INTROSPECTION }, options);
    return send(...current(params, options));
  }
  return { fetcher, dispose: () => wsClient.dispose() };
}

// GraphiQL parses with a delay: run at once after an edit, it would name the operation that stood there before.
function current(params, options) {
  let documentAST;
  try {
    documentAST = parse(params.query);
  } catch {
    return [params, options]; // The server has the better message.
  }
  const names = documentAST.definitions.filter(({ operation }) => operation).map(({ name }) => name?.value);
  const operationName = names.length === 1 ? names[0] : params.operationName;
  return [{ ...params, operationName }, { ...options, documentAST }];
}
