import { useEffect, useState } from "react";

export const ANONYMOUS = "anonymous";
export const PASTED = "pasted";

const CHOICE_KEY = "isp-graph:act-as";
const TOKEN_KEY = "isp-graph:token";

export async function loadDemoTokens() {
  try {
    const response = await fetch("/graphql/explorer.json");
    return response.ok ? (await response.json()).tokens : [];
  } catch {
    return [];
  }
}

/** Who the page acts as: a demo role, the bearer of a pasted token, or nobody. */
export function useIdentity(demoTokens) {
  const [pasted, setPasted] = useState(() => sessionStorage.getItem(TOKEN_KEY) ?? "");
  const [wanted, setWanted] = useState(() => sessionStorage.getItem(CHOICE_KEY));

  const choices = [
    ...demoTokens.map(({ label, token }) => ({ value: label, label, token })),
    { value: ANONYMOUS, label: "Anonymous", token: "" },
    ...(pasted ? [{ value: PASTED, label: "Pasted token", token: pasted }] : []),
  ];
  const chosen = choices.find(({ value }) => value === wanted) ?? choices[0];

  useEffect(() => {
    sessionStorage.setItem(CHOICE_KEY, chosen.value);
    sessionStorage.setItem(TOKEN_KEY, pasted);
  }, [chosen.value, pasted]);

  function paste(text) {
    const token = text.trim().replace(/^Bearer\s+/i, "");
    if (token === pasted) return;
    setPasted(token);
    setWanted(token ? PASTED : null);
  }

  return { choices, chosen, pasted, choose: setWanted, paste };
}
