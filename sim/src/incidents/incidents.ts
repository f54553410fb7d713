// Incidents: what broke or nearly broke venues before, played again on this one. Prices are
// published figures with their source; the crowd is made up: longs of every leverage against rich
// shorts, providers who answer auctions, a hedged account that must not lose one leg. Each names
// what must come of it.
import type { AccountId } from '@openstrike/domain';
import { type IncidentModel, incidentModels, type Outcome, Stage } from './stage.ts';

export interface Incident {
  readonly name: string;
  readonly what: string;
  readonly source: string;
  /** What must have come of it, in words; the test beside holds it. */
  readonly promise: string;
  /** With all accounts under one margin model. */
  readonly play: (model: IncidentModel) => Outcome;
}

/** Monday 21 September 2026, 10:00 UTC: the contracts' calendar of all incidents. */
const mondayUs = 1_789_984_800_000_000;

interface Crowd {
  readonly longs: readonly AccountId[];
  readonly shorts: readonly AccountId[];
  readonly hedged: AccountId;
  readonly providers: readonly AccountId[];
}

/**
 * As far as each model lets anybody go: portfolio margin holds half a coin for each that is held
 * long against coins, since those fall with it.
 */
const leverages: Readonly<Record<IncidentModel, readonly number[]>> = {
  'segregated-standard': [4, 6, 8, 10, 12, 15, 20, 25, 30, 40],
  'segregated-portfolio': [0.8, 1, 1.2, 1.4, 1.5, 1.6, 1.7, 1.8, 1.85, 1.9],
};

const ofDatedFuture: Readonly<Record<IncidentModel, readonly number[]>> = {
  'segregated-standard': [8, 12, 16, 20, 24],
  'segregated-portfolio': [1.2, 1.4, 1.6, 1.8, 1.9],
};

/** With five coins on each side. */
const coinsPumped: Readonly<Record<IncidentModel, number>> = {
  'segregated-standard': 45,
  'segregated-portfolio': 9,
};

/** Longs of every leverage on one coin each, and who stands against them. */
const gather = (stage: Stage, providerCoins: number): Crowd => {
  const perpetual = stage.perpetual();
  const shorts = [stage.account('short 1', 400), stage.account('short 2', 400)];
  const longs = leverages[stage.model].map((leverage, i) => {
    const id = stage.account(`long ${leverage}`, 1);
    const lots = Math.floor((leverage * stage.price) / 10);
    stage.trade(id, shorts[i % 2] as AccountId, perpetual, lots);
    return id;
  });
  const hedged = stage.account('hedged', 5);
  const writer = stage.account('writer', 100);
  const call = stage.contract(
    ({ kind, optionType, strike }) =>
      kind === 'option' && optionType === 'call' && Number(strike) <= stage.price,
  );
  // Short the perpetual against a call: losing the short alone would leave it long.
  stage.trade(hedged, writer, call, 10);
  stage.trade(longs[0] as AccountId, hedged, perpetual, Math.floor((0.5 * stage.price) / 10));
  const providers = [1, 2].map((no) => {
    const id = stage.account(`provider ${no}`, providerCoins);
    stage.apply({ type: 'set-provider', accountId: id, provider: true });
    return id;
  });
  return { longs, shorts, hedged, providers };
};

/** Providers answer what is on offer: the first dear, the second cheap. */
const answerAll = (stage: Stage, { providers }: Crowd, prices: readonly number[]): void => {
  for (const { id, insolvent } of stage.auctions()) {
    providers.forEach((accountId, i) => {
      const price = insolvent ? -0.5 : (prices[i] ?? 0.9);
      stage.apply({
        type: 'answer-liquidation',
        accountId,
        liquidationId: id,
        price,
        shareMax: 1,
      });
    });
  }
};

/** Index values; fewer where the auditor has every book to revalue in every scenario. */
const secondsApart: Readonly<Record<IncidentModel, number>> = {
  'segregated-standard': 10,
  'segregated-portfolio': 40,
};

const crash = (
  model: IncidentModel,
  points: readonly (readonly [number, number])[],
  depthLots: number,
  fundCoins: number,
  answers: readonly number[] | null,
): Outcome => {
  const [, first] = points[0] as readonly [number, number];
  const stage = new Stage(model, mondayUs, first, fundCoins);
  const crowd = gather(stage, 300);
  const maker = stage.account('maker', 500);
  stage.follow(points, secondsApart[model], () => {
    if (depthLots > 0) stage.quote(maker, stage.perpetual(), 0.002, depthLots);
    if (answers !== null) answerAll(stage, crowd, answers);
  });
  // Time for every clock to run out.
  stage.follow(
    [
      [0, stage.price],
      [20, stage.price],
    ],
    30,
  );
  return stage.outcome();
};

const closesSource =
  'daily closes published by Yahoo Finance from CoinMarketCap (testdata/risk/crisis-days.json)';

export const incidents: readonly Incident[] = [
  {
    name: 'march-2020',
    what: 'Bitcoin loses 37 %, a day in one hour; bids are thin and providers gone.',
    source: `12 March 2020: 7,911.43 to 4,970.79; ${closesSource}`,
    promise: 'the fund and those who gained bear all of it; nothing is left owing',
    play: (model) =>
      crash(
        model,
        [
          [0, 7911.43],
          [60, 4970.79],
        ],
        2_000,
        1,
        null,
      ),
  },
  {
    name: 'may-2021',
    what: 'Bitcoin loses 14 % in a day, much of it at once; providers stay.',
    source: `19 May 2021: 42,909.40 to 37,002.44; ${closesSource}`,
    promise: 'auctions take positions over before anybody owes anything',
    play: (model) =>
      crash(
        model,
        [
          [0, 42_909.4],
          [300, 37_002.44],
        ],
        500,
        1,
        [0.97, 0.9],
      ),
  },
  {
    name: 'november-2022',
    what: 'A venue fails and bitcoin loses 24 % in two days, without a rebound.',
    source: `7 to 9 November 2022: 20,602.82, 18,541.27, 15,880.78; ${closesSource}`,
    promise: 'nothing is left owing, and the hedged account keeps both legs',
    play: (model) =>
      crash(
        model,
        [
          [0, 20_602.82],
          [240, 18_541.27],
          [600, 15_880.78],
        ],
        50_000,
        1,
        [0.95, 0.85],
      ),
  },
  {
    name: 'october-2025',
    what: 'Bitcoin falls 14 % in hours, mostly in minutes; half comes back; books are empty.',
    source:
      'dailydigest360.com, brief.news: 122,000 to 104,782.88 on 10 October 2025, then 115,718',
    promise: 'nobody who was hedged loses one leg; nothing is left owing',
    play: (model) =>
      crash(
        model,
        [
          [0, 122_000],
          [180, 117_000],
          [200, 104_782.88],
          [260, 115_718],
        ],
        0,
        1,
        [0.9, 0.8],
      ),
  },
  {
    name: 'deribit-2017',
    what: 'Accounts are liquidated into the thin book of a dated future, which feeds on itself.',
    source: 'Deribit, 15 September 2017: over 105 BTC of bankruptcies in the December future',
    promise: 'no liquidation trades farther than 1 % from the mark, and none moves it',
    play: (model) => {
      const stage = new Stage(model, mondayUs, 3_500, 2);
      const future = stage.contract(({ kind }) => kind === 'future');
      const rich = stage.account('rich', 400);
      const maker = stage.account('maker', 50);
      for (const leverage of ofDatedFuture[model]) {
        const id = stage.account(`long ${leverage}`, 1);
        stage.trade(id, rich, future, Math.floor((leverage * 3_500) / 10));
      }
      stage.follow(
        [
          [0, 3_500],
          [120, 3_000],
        ],
        10,
        () => {
          stage.curve(0.8);
          // Thin near the mark, and what looks like depth far below it.
          stage.quote(maker, future, 0.008, 100);
        },
      );
      stage.follow(
        [
          [0, 3_000],
          [20, 3_000],
        ],
        30,
      );
      return stage.outcome();
    },
  },
  {
    name: 'deribit-2019',
    what: 'One of four constituents of the index falls to 7,720 and is not taken out.',
    source: 'Deribit, 31 October 2019: 9,150 to 7,720; 150 BTC reimbursed',
    promise: 'the clamped mean moves by an eighth of a percent, and nobody is liquidated',
    play: (model) => {
      const good = 9_150;
      const stage = new Stage(model, mondayUs, good, 1);
      gather(stage, 50);
      // Each constituent counts within half a percent of the median of them all.
      const clamped = (bad: number): number =>
        (3 * good + Math.min(Math.max(bad, good * 0.995), good * 1.005)) / 4;
      stage.follow(
        [
          [0, good],
          [5, clamped(7_720)],
          [15, clamped(7_720)],
          [20, good],
        ],
        5,
      );
      return stage.outcome();
    },
  },
  {
    name: 'mango-2022',
    what: 'One person is both sides of a position, pumps the price and takes the gain out.',
    source:
      'Mango Markets, 11 October 2022: collateral marked up by its own buyer, 114 m USD taken',
    promise: 'gains that nobody has paid leave no account: the two get out less than they brought',
    play: (model) => {
      const stage = new Stage(model, mondayUs, 20_000, 1);
      gather(stage, 50);
      const winner = stage.account('pumper', 5);
      const loser = stage.account('pumped', 5);
      stage.trade(winner, loser, stage.perpetual(), Math.floor((coinsPumped[model] * 20_000) / 10));
      stage.follow(
        [
          [0, 20_000],
          [10, 26_000],
        ],
        5,
        () => {
          const amount = Math.floor(stage.summary(winner).equity * 0.9) as never;
          const reference = `grab ${stage.nowUs}`;
          if (amount > 5e8) {
            stage.apply({
              type: 'withdraw',
              accountId: winner,
              currency: 'BTC',
              amount,
              reference,
            });
          }
        },
      );
      stage.follow(
        [
          [0, 26_000],
          [15, 26_000],
        ],
        15,
      );
      return stage.outcome();
    },
  },
  {
    name: 'stuck-oracle-at-expiry',
    what: 'The index freezes at a wrong price before an expiry and comes back after it.',
    source: 'a drill',
    promise: 'what a frozen price says is owing liquidates nobody; all is delivered after it',
    play: (model) => {
      const startUs = mondayUs + 21.5 * 3_600e6;
      const stage = new Stage(model, startUs, 50_000, 1);
      gather(stage, 50);
      stage.follow(
        [
          [0, 50_000],
          [20, 50_000],
        ],
        5,
      );
      for (let i = 0; i < 300; i++) {
        stage.nowUs += 5e6;
        stage.say(40_000, 'frozen');
      }
      stage.follow(
        [
          [0, 50_000],
          [10, 50_000],
        ],
        5,
      );
      return stage.outcome();
    },
  },
  {
    name: 'missing-print-at-mass-expiry',
    what: 'Every series of a day expires while five minutes of the fixing window have no print.',
    source: 'a drill',
    promise: 'all series are delivered at one price, from the prints there were',
    play: (model) => {
      const startUs = mondayUs + 21 * 3_600e6;
      const stage = new Stage(model, startUs, 50_000, 1, 8);
      gather(stage, 50);
      stage.follow(
        [
          [0, 50_000],
          [45, 50_400],
        ],
        2,
      );
      stage.nowUs += 300e6;
      stage.follow(
        [
          [0, 50_400],
          [15, 50_600],
        ],
        2,
      );
      return stage.outcome();
    },
  },
];

/** What came of an incident, a line a figure and a column a margin model. */
export const outcomeLines = ({ play }: Incident): readonly string[] => {
  const outcomes = incidentModels.map(play);
  const [first] = outcomes as [Outcome];
  const figures = Object.keys(first) as (keyof Outcome)[];
  return [
    `  ${'margin'.padEnd(20)}${incidentModels.join('  ')}`,
    ...figures.map((name) => {
      const values = outcomes.map((outcome) => String(Number(outcome[name].toFixed(8))));
      return `  ${name.padEnd(20)}${values
        .map((value, i) => value.padEnd((incidentModels[i] ?? '').length + 2))
        .join('')
        .trimEnd()}`;
    }),
  ];
};
