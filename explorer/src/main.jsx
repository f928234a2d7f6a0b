import "./workers.js";
import "graphiql/style.css";
import "@graphiql/plugin-explorer/style.css";
import "./style.css";

import { createRoot } from "react-dom/client";

import { App } from "./App.jsx";
import { loadDemoTokens } from "./identity.js";

const demoTokens = await loadDemoTokens();
createRoot(document.getElementById("root")).render(<App demoTokens={demoTokens} />);
