// Scenario: one move of price and volatility that a margin model asks about. A model is a list of
// scenarios with the shocks they name; a book's margin is its worst weighted profit and loss over
// the list. Invariant: the order of a list is part of the model, since margins name scenarios by
// their place and ties go to the first.

/** Which of the model's volatility shocks a scenario takes. */
export type VolatilityMove = 'up' | 'none' | 'down' | 'twist' | 'twist-reverse';

export interface Scenario {
  /** Of every forward: 0.1 is 10 % up. Domain: above -1. */
  readonly move: number;
  readonly volatility: VolatilityMove;
  /** Share of the profit or loss that counts. */
  readonly weight: number;
  /** Pulls a book's weighted result toward zero, never past it. In the numeraire, at least 0. */
  readonly damper: number;
}

export const volatilityMoves: readonly VolatilityMove[] = ['up', 'none', 'down'];
