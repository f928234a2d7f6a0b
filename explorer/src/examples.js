const MODULES = ["customer", "billing", "tariff", "radius", "monitoring", "reseller", "live"];
const KINDS = ["query", "mutation", "subscription"];

const queries = import.meta.glob("./examples/*/*.graphql", { query: "?raw", import: "default", eager: true });
const variables = import.meta.glob("./examples/*/*.json", { query: "?raw", import: "default", eager: true });

const examples = Object.entries(queries).map(([path, query]) => {
  const [, module, name] = path.match(/examples\/(.+)\/(.+)\.graphql$/);
  return {
    module,
    name,
    title: sentence(name),
    kind: query.match(new RegExp(`^(${KINDS.join("|")})\\b`, "m"))[1],
    description: leadingComment(query),
    query: query.trimEnd(),
    variables: dated(variables[path.replace(/graphql$/, "json")]?.trimEnd() ?? ""),
  };
});

export const GROUPS = MODULES.map((module) => ({
  module,
  title: sentence(module),
  examples: examples
    .filter((example) => example.module === module)
    .sort((one, other) => KINDS.indexOf(one.kind) - KINDS.indexOf(other.kind)),
}));

export const FIRST_EXAMPLE = examples.find(({ name }) => name === "customer-360");

/** Puts the midnights (UTC) that start these days where variables name them. */
function dated(text) {
  return text
    .replaceAll("{{yesterday}}", midnight(-1))
    .replaceAll("{{today}}", midnight(0))
    .replaceAll("{{tomorrow}}", midnight(1));
}

function midnight(days) {
  const day = new Date();
  day.setUTCDate(day.getUTCDate() + days);
  return `${day.toISOString().slice(0, 10)}T00:00:00Z`;
}

function leadingComment(query) {
  const [lines] = query.match(/^(#.*\n)*/);
  return lines.replace(/^# ?/gm, "").replace(/\n/g, " ").trim();
}

function sentence(name) {
  const words = name.replaceAll("-", " ");
  return words[0].toUpperCase() + words.slice(1);
}
