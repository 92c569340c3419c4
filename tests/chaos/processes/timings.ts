/** Whether a timing is given that production has a value for. */
export const hasTiming = (name: string): boolean => process.env[`CHAOS_${name}`] !== undefined;

/** The short timings of a chaos test, which it hands its processes through their environment. Units: milliseconds. */
export function timing(name: string): number {
  const value = Number(process.env[`CHAOS_${name}`]);
  if (!Number.isInteger(value) || value <= 0) throw new Error(`CHAOS_${name} is no number of milliseconds`);
  return value;
}
