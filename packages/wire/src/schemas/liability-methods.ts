// Liability methods: what the venue owes its clients at each daily settlement, and the proof that a
// client's own figures are in it. An extension of Deribit's API. Figures are whole numbers of minor
// units as text (1e-8 BTC, 1e-8 ETH, 1e-6 USDC), because they are hashed.
import Type from 'typebox';
import { emptyParams } from './common.ts';

const figure = Type.String({ title: 'minor units', description: 'a whole number, not negative' });
const figuresOfCurrency = Type.Object({ cash: figure, debt: figure, gain: figure, loss: figure });

/** Cash and debts by the ledger, gains and losses not yet cash by the marks. */
const figures = Type.Object(
  { BTC: figuresOfCurrency, ETH: figuresOfCurrency, USDC: figuresOfCurrency },
  { title: 'liabilities' },
);

const root = Type.String({ title: 'root', description: 'SHA-256 in hexadecimal' });
const settlementTimestamp = Type.Integer({ title: 'timestamp', description: 'milliseconds' });

const proofStep = Type.Object({
  side: Type.Enum(['left', 'right']),
  hash: root,
  sums: figures,
});

export const liabilitiesShape = {
  params: emptyParams,
  result: Type.Object({
    settlement_timestamp: settlementTimestamp,
    root,
    accounts: Type.Integer(),
    totals: figures,
  }),
};

export const liabilitiesProofShape = {
  params: emptyParams,
  result: Type.Object({
    format: Type.Literal('openstrike-liabilities-1'),
    settlement_timestamp: settlementTimestamp,
    root,
    account_id: Type.Integer(),
    salt: root,
    sums: figures,
    path: Type.Array(proofStep),
    totals: figures,
  }),
};
