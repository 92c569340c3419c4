/** A form's fields as Stripe nests them: `a[b][0]=c` is `{a: {b: {0: "c"}}}`. */
export type Form = { [name: string]: string | Form };

/** Read a form-encoded body or query. Names that would reach an object's own members are left out. */
export function readForm(pairs: Iterable<[string, string]>): Form {
  const form: Form = Object.create(null) as Form;
  for (const [name, value] of pairs) {
    const path = name.split(/[[\]]+/).filter(Boolean);
    let at = form;
    for (const part of path.slice(0, -1)) {
      const next = at[part];
      at = at[part] = typeof next === "object" ? next : (Object.create(null) as Form);
    }
    const last = path.at(-1);
    if (last !== undefined) at[last] = value;
  }
  return form;
}

/** A field that is text, or nothing. */
export function textOf(form: Form | undefined, name: string): string | null {
  const value = form?.[name];
  return typeof value === "string" && value !== "" ? value : null;
}

/** A field that has fields of its own, or nothing. */
export function formOf(form: Form | undefined, name: string): Form | undefined {
  const value = form?.[name];
  return typeof value === "object" ? value : undefined;
}

/** A whole number above zero; `null` for what is none. */
export function countOf(form: Form | undefined, name: string): number | null {
  const text = textOf(form, name);
  return text !== null && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null;
}

/** A field whose own fields are texts. */
export function textsOf(form: Form | undefined, name: string): Record<string, string> {
  const entries = Object.entries(formOf(form, name) ?? {});
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}
