/** A form's text field; empty where there is none, or where a file was sent instead. */
export function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}
