// Margin methods: the published margin parameters, and what an account's margins came from. An
// extension of Deribit's API. A certificate is passed on as the engine made it, so that
// `openstrike certificate` can compute it again; its format stands in the domain package.
import Type from 'typebox';
import { currencyParam, emptyParams, optional } from './common.ts';

const published = Type.Array(
  Type.Object({
    underlying: Type.String(),
    version: Type.Integer(),
    hash: Type.String({ description: 'SHA-256 of the margin part, in hexadecimal' }),
    parameters: Type.Unknown({
      description: 'the margin part itself, liquidation section included',
    }),
  }),
);

export const marginParametersShape = {
  params: emptyParams,
  result: Type.Object({
    in_force: published,
    announced: published,
    effective_timestamp: Type.Union([Type.Integer(), Type.Null()]),
    stress: Type.Array(
      Type.Object({
        underlying: Type.String(),
        factor: Type.Number({ description: 'what all portfolio margins are multiplied with' }),
        next_factor: Type.Number({ description: 'the same from next_timestamp on' }),
        next_timestamp: Type.Integer(),
      }),
    ),
  }),
};

export const marginCertificateShape = {
  params: Type.Object({
    currency: currencyParam,
    subaccount_id: optional(Type.Integer()),
  }),
  result: Type.Unknown({ description: 'openstrike-account-certificate/2' }),
};
