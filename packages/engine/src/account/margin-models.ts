// Margin models: what the four words mean. Portfolio margin revalues a book in scenarios, standard
// margin adds up legs; cross models count all currencies together, segregated ones each by itself.
import type { MarginModel } from '@openstrike/domain';

export const isPortfolio = (model: MarginModel): boolean =>
  model === 'segregated-portfolio' || model === 'cross-portfolio';

export const isCross = (model: MarginModel): boolean =>
  model === 'cross-standard' || model === 'cross-portfolio';
