// Shadow worker: the thread in which a shadow replays and writes its snapshot; see shadow.ts.
import { parentPort, workerData } from 'node:worker_threads';
import { OperationalError, type StateMachine } from '@openstrike/domain';
import { giveWay } from '@openstrike/threads';
import { FileStorage } from './file-storage.ts';
import { type ShadowAnswer, type ShadowTask, writeShadowSnapshot } from './shadow.ts';

async function run(task: ShadowTask): Promise<ShadowAnswer> {
  try {
    const module = (await import(task.moduleUrl)) as Record<string, () => StateMachine>;
    const createStateMachine = module[task.exportName];
    if (createStateMachine === undefined) {
      const sentence = `${task.moduleUrl} does not export ${task.exportName}: check the module.`;
      throw new OperationalError('shadow-failed', sentence);
    }
    const storage = await FileStorage.openShared(task.folder);
    const { until, rulesVersion } = task;
    const snapshot = await writeShadowSnapshot(storage, createStateMachine, until, rulesVersion);
    return { kind: 'done', snapshot };
  } catch (error) {
    const code = error instanceof OperationalError ? error.code : 'shadow-failed';
    return { kind: 'failed', code, sentence: (error as Error).message };
  }
}

giveWay();
parentPort?.postMessage(await run(workerData as ShadowTask));
