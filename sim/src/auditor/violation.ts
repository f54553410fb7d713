// Violation: what the auditor found wrong. It carries the rule's name, so that a run that fails and
// a planted bug that should be found can be told by it.
export class Violation extends Error {
  readonly rule: string;

  constructor(rule: string, detail: string) {
    super(`${rule}: ${detail}`);
    this.name = 'Violation';
    this.rule = rule;
  }
}

/** Holds a rule. Cost: the detail is only made when the rule is broken. */
export function hold(condition: boolean, rule: string, detail: () => string): asserts condition {
  if (!condition) throw new Violation(rule, detail());
}

/** Text of any value, for messages. */
export const show = (value: unknown): string =>
  JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'bigint' ? `${item}n` : typeof item === 'number' ? exact(item) : item,
  );

const exact = (value: number): number | string => (Number.isFinite(value) ? value : String(value));
