// Margin certificate: a margin with everything it came from, so that whoever holds it can compute
// it again without the exchange. Shapes alone; the risk package makes and checks them. Dollars
// unless said otherwise.
import type { FutureMarginParameters } from './contract-table.ts';
import type { IndexName } from './instrument.ts';
import type { MarginModel, Revaluation } from './margin-parameters.ts';
import type { AccountId, Cash, Currency, Seq, TsUs } from './units.ts';
import type { AccountSummary } from './view.ts';

/** A holding, with all that its valuation needs. */
export interface CertifiedLeg {
  readonly name: string;
  readonly kind: 'option' | 'linear' | 'inverse';
  /** Place in the inputs' expiries. */
  readonly expiry: number;
  readonly sign: 1 | -1 | 0;
  readonly strike: number;
  /** Of options, at the mark. */
  readonly volatility: number;
  /** Coins that a lot stands for; of an inverse future, dollars. */
  readonly perLot: number;
  /** What closing a lot costs in dollars. */
  readonly closingCost: number;
  /** Signed. */
  readonly lots: number;
  /** Open orders: lots that may yet be bought and sold. */
  readonly buyLots: number;
  readonly sellLots: number;
}

/** What a margin is computed from. */
export interface MarginInputs {
  /** What results are counted in before they are dollars; coins count at the index. */
  readonly numeraire: Revaluation['numeraire'];
  /** Of the volatility surface whose marks these are. */
  readonly surfaceVersion: number;
  readonly market: {
    /** Dollars per coin, and per unit of the settlement stablecoin. */
    readonly index: number;
    readonly stablePrice: number;
    /** Factor of the scan and all charges, at least 1. */
    readonly stress: number;
  };
  readonly expiries: readonly {
    readonly years: number;
    readonly forward: number;
    /** Already averaged into the delivery price. */
    readonly fixed: number;
    readonly confidence: number;
  }[];
  readonly legs: readonly CertifiedLeg[];
  /** Moves of the grid in force besides its even ones. */
  readonly between: readonly number[];
}

export type CertifiedBinding =
  | { readonly kind: 'none' }
  | { readonly kind: 'linear-skew' }
  | { readonly kind: 'absolute-skew' }
  | {
      readonly kind: 'scenario';
      readonly move: number;
      readonly volatility: 'up' | 'none' | 'down' | 'twist' | 'twist-reverse';
      readonly weight: number;
    };

/** The parts of a margin, in dollars; `initial` and its parts with open orders at their worst. */
export interface CertifiedMargin {
  readonly initial: number;
  readonly maintenance: number;
  readonly scan: number;
  readonly roll: number;
  readonly deltaLiquidity: number;
  readonly vegaLiquidity: number;
  readonly nakedCoins: number;
  readonly closingCost: number;
  readonly confidence: number;
}

export interface MarginCertificate {
  readonly format: 'openstrike-margin-certificate/1';
  readonly underlying: string;
  readonly parameterVersion: number;
  readonly parameterHash: string;
  readonly inputs: MarginInputs;
  /** Whether the scan was looked at again around its worst prices, beyond the grid in force. */
  readonly refined: boolean;
  readonly margin: CertifiedMargin;
  readonly binding: CertifiedBinding;
  /** Per leg, in dollars in the binding scenario; they add up to the scan with its sign turned. */
  readonly contributions: readonly number[];
}

/** A leg of standard margin with its orders; lots are signed for the position alone. */
export interface StandardCertifiedLeg {
  readonly name: string;
  /** Whose margin parameters it goes by. */
  readonly underlying: string;
  readonly kind: 'option' | 'future';
  readonly sizeLots: number;
  readonly openBuyLots: number;
  readonly openSellLots: number;
  /** Minor units that open buys of an option would pay. */
  readonly premium: number;
  /** Legs that offset each other have the same text; null where the leg stands alone. */
  readonly set: string | null;
  readonly strike: number;
  readonly callSign: 1 | -1 | 0;
  /** Of the expiry, where legs offset each other; of a future that is its mark. */
  readonly forward: number;
  readonly coinsPerLot: number;
  readonly minorPerLot: number;
  /** Of one coin sold: in coins (inverse) or dollars (linear). */
  readonly shortInitial: number;
  readonly shortMaintenance: number;
  readonly rates: FutureMarginParameters | null;
  /** Of a future: minor units that one lot is worth. */
  readonly notionalPerLot: number;
}

/** What an account has in a currency, and what a unit of it counts for. */
export interface CertifiedCurrency {
  readonly currency: Currency;
  /** Dollars per unit. */
  readonly price: number;
  /** Minor units. */
  readonly balance: number;
  readonly sessionProfit: number;
  readonly optionsValue: number;
  /** Empty under portfolio models. */
  readonly legs: readonly StandardCertifiedLeg[];
}

/** One account in one currency by its margin model, with all that the figures came from. */
export interface AccountCertificate {
  readonly format: 'openstrike-account-certificate/2';
  /** Commands applied before it, and when. */
  readonly seq: Seq;
  readonly tsUs: TsUs;
  readonly accountId: AccountId;
  readonly currency: Currency;
  readonly marginModel: MarginModel;
  /** The published margin parameters in force, by underlying. */
  readonly parameters: readonly {
    readonly underlying: string;
    readonly version: number;
    readonly hash: string;
  }[];
  readonly indexes: readonly {
    readonly indexName: IndexName;
    readonly price: number;
    readonly confidence: number;
    readonly surfaceVersion: number;
  }[];
  /** The currency asked about, or all that are margined together. */
  readonly currencies: readonly CertifiedCurrency[];
  /** Portfolio models: one per underlying. */
  readonly books: readonly MarginCertificate[];
  /** Portfolio models: what open orders lose against the marks as they fill. */
  readonly lossAtOnce: number;
  /** Minor units of the currency asked about. */
  readonly figures: {
    readonly equity: Cash;
    readonly initialMargin: Cash;
    readonly maintenanceMargin: Cash;
  };
}

interface ScenarioResults {
  /** Nine prices from the lowest, each with volatility up, unmoved and down. */
  readonly standard: readonly number[];
  /** The tails, volatility up, as they are weighted. */
  readonly extended: readonly number[];
}

/** What a book makes or loses in each scenario, in dollars or coins as its numeraire is. */
export interface RiskVectors extends ScenarioResults {
  readonly legs: readonly (ScenarioResults & { readonly name: string })[];
}

/** Portfolio margin of an account with simulated positions, whatever model it is under. */
export interface SimulatedMargin {
  readonly certificate: AccountCertificate;
  readonly summary: AccountSummary;
  /** By book of the certificate. */
  readonly vectors: readonly RiskVectors[];
}
