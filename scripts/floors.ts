// Floors: which package stands on which floor of the house. A package imports only from strictly
// lower floors; floors up to `pureFloorMax` are pure. See ARCHITECTURE.md.
const floors: Readonly<Record<string, number>> = {
  std: 0,
  domain: 1,
  pricing: 1,
  book: 2,
  ledger: 2,
  marks: 2,
  risk: 2,
  pool: 2,
  engine: 3,
  feeds: 3,
  threads: 4,
  wire: 4,
  sequencer: 5,
  connectors: 5,
  chain: 5,
  history: 5,
  oracle: 6,
  gateway: 6,
  venues: 6,
  router: 7,
  strategy: 7,
  exchange: 8,
  cli: 8,
  web: 8,
  sim: 8,
};

export const pureFloorMax = 3;

/**
 * Third-party packages that pure floors may use: each pure, and without dependencies of its own.
 */
export const pureThirdParty: ReadonlySet<string> = new Set(['@noble/hashes']);

/** Throws for a package that has no floor: every new package is given one here. */
export const floorOf = (packageName: string): number => {
  const floor = floors[packageName.replace('@openstrike/', '')];
  if (floor === undefined) throw new Error(`${packageName} has no floor; give it one in floors.ts`);
  return floor;
};
