import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";

import { GROUPS } from "./examples.js";

export const EXAMPLES_PLUGIN = { title: "Examples", icon: ExamplesIcon, content: Examples };

function Examples() {
  const open = useOpenExample();
  return (
    <section aria-label="Examples" className="examples">
      <h2 className="graphiql-doc-explorer-title">Examples</h2>
      {GROUPS.map(({ module, title, examples }) => (
        <section key={module} aria-labelledby={`examples-${module}`}>
          <h3 id={`examples-${module}`}>{title}</h3>
          <ul>
            {examples.map((example) => (
              <li key={example.name}>
                <button type="button" data-testid={`example-${module}-${example.name}`} onClick={() => open(example)}>
                  <span className="example-title">
                    {example.title}
                    <span className={`example-kind example-${example.kind}`}>{example.kind}</span>
                  </span>
                  <span className="example-description">{example.description}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </section>
  );
}

/** Opens an example in a tab of its own, or goes to the tab that has it. */
function useOpenExample() {
  const { addTab, changeTab, stop } = useGraphiQLActions();
  const { tabs, queryEditor, variableEditor } = useGraphiQL(({ tabs, queryEditor, variableEditor }) => ({
    tabs,
    queryEditor,
    variableEditor,
  }));

  return ({ query, variables }) => {
    const opened = tabs.findIndex((tab) => tab.query === query);
    if (opened >= 0) {
      changeTab(opened);
      return;
    }
    // A running subscription would go on writing its events into the new tab.
    stop();
    addTab();
    queryEditor.setValue(query);
    variableEditor.setValue(variables);
  };
}

function ExamplesIcon() {
  return (
    <svg height="1em" viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <path d="M5 4h10l4 4v12H5z" strokeLinejoin="round" />
      <path d="M15 4v4h4M10 11.5v5l4-2.5z" strokeLinejoin="round" />
    </svg>
  );
}
