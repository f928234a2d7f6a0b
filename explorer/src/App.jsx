import { explorerPlugin } from "@graphiql/plugin-explorer";
import { HISTORY_PLUGIN } from "@graphiql/plugin-history";
import { GraphiQL } from "graphiql";
import { useEffect, useMemo } from "react";

import { EXAMPLES_PLUGIN } from "./ExamplesPlugin.jsx";
import { IdentityBar } from "./IdentityBar.jsx";
import { FIRST_EXAMPLE } from "./examples.js";
import { createTransport } from "./fetcher.js";
import { useIdentity } from "./identity.js";

const PLUGINS = [EXAMPLES_PLUGIN, explorerPlugin(), HISTORY_PLUGIN];
const FIRST_TABS = [{ query: FIRST_EXAMPLE.query }];

export function App({ demoTokens }) {
  const identity = useIdentity(demoTokens);
  const { token } = identity.chosen;
  // A new fetcher makes GraphiQL read the schema anew, as the new identity.
  const transport = useMemo(() => createTransport(token), [token]);
  useEffect(() => transport.dispose, [transport]);

  return (
    <>
      <IdentityBar identity={identity} />
      <GraphiQL
        fetcher={transport.fetcher}
        plugins={PLUGINS}
        visiblePlugin={EXAMPLES_PLUGIN}
        defaultTabs={FIRST_TABS}
        defaultEditorToolsVisibility="variables"
        inputValueDeprecation
        schemaDescription
      >
        <GraphiQL.Logo>{" "}</GraphiQL.Logo>
      </GraphiQL>
    </>
  );
}
