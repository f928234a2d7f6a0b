import icon from "./favicon.svg";

export function IdentityBar({ identity }) {
  const { choices, chosen, pasted, choose, paste } = identity;

  function submit(event) {
    event.preventDefault();
    paste(event.currentTarget.elements.token.value);
  }

  return (
    <form className="identity-bar" aria-label="Identity" onSubmit={submit}>
      <h1>
        <img src={icon} alt="" />
        isp-graph
      </h1>
      <label>
        Act as
        <select data-testid="role-select" value={chosen.value} onChange={(event) => choose(event.target.value)}>
          {choices.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <label className="identity-token">
        Token
        <input
          name="token"
          data-testid="token-input"
          defaultValue={pasted}
          placeholder="Paste another access token, then press Enter"
          autoComplete="off"
          spellCheck={false}
          onBlur={(event) => paste(event.target.value)}
        />
      </label>
    </form>
  );
}
