/**
 * Monte Carlo over threads of any kind (worker threads of Node, web workers): blocks are handed
 * out as threads come free and their sums added in the order of the blocks, so the result has the
 * same bits for every number of threads, and the same as without any. The caller makes the
 * threads; this file only speaks with them, so it runs wherever they do.
 */
import { assert, err, ok, type Result } from '@openstrike/std';
import {
  type BlockSums,
  blockCount,
  combineBlocks,
  type MonteCarloEstimate,
  type MonteCarloJob,
  type MonteCarloRefusal,
  simulateBlock,
  validJob,
} from './monte-carlo/monte-carlo.ts';

/** One block to simulate, as it is sent to a thread. */
export type BlockRequest = { readonly job: MonteCarloJob; readonly block: number };

/** What a thread answers. */
export type BlockAnswer = { readonly block: number; readonly sums: BlockSums };

/** A thread that answers each request with answerBlock's result. */
export type SimulationThread = {
  /** Sends a request; structured cloning is enough. */
  readonly post: (request: BlockRequest) => void;
  /** Calls back with each answer. */
  readonly onAnswer: (listener: (answer: BlockAnswer) => void) => void;
};

/**
 * The thread's side: what it answers to a request.
 * Units: sums of one block, as monteCarlo's. Domain: a job that monteCarlo takes. Source: as
 * monteCarlo.
 */
export function answerBlock(request: BlockRequest): BlockAnswer {
  return { block: request.block, sums: simulateBlock(request.job, request.block) };
}

/**
 * Simulates a job on the threads and calls back with the estimate, the same as monteCarlo's.
 * Units and Source: as monteCarlo. Refuses: invalid-input, at once. Domain: at least one thread,
 * each serving this job only until it is done.
 */
export function monteCarloOnThreads(
  job: MonteCarloJob,
  threads: readonly SimulationThread[],
  done: (result: Result<MonteCarloEstimate, MonteCarloRefusal>) => void,
): void {
  assert(threads.length > 0, 'a job needs a thread');
  if (!validJob(job)) {
    done(err('invalid-input'));
    return;
  }
  const count = blockCount(job);
  const sums = new Array<BlockSums | undefined>(count);
  let handedOut = 0;
  let answered = 0;
  const handOut = (thread: SimulationThread): void => {
    if (handedOut < count) {
      const block = handedOut;
      handedOut++;
      thread.post({ job, block });
    }
  };
  for (const thread of threads) {
    thread.onAnswer((answer) => {
      sums[answer.block] = answer.sums;
      answered++;
      if (answered === count) {
        done(ok(combineBlocks(job, sums as readonly BlockSums[])));
      } else {
        handOut(thread);
      }
    });
    handOut(thread);
  }
}
