import type { VideoState } from '@/api/types';

/** The states of a video in the groups that a person looks for. */
export type StateFilter = 'making' | 'ready' | 'failed';

const GROUPS: Record<StateFilter, VideoState[]> = {
  making: ['waiting', 'uploading', 'processing', 'playable'],
  ready: ['ready'],
  failed: ['failed'],
};

/** The filter that an address names, or undefined for all. */
export function stateFilterFrom(text: unknown): StateFilter | undefined {
  return typeof text === 'string' && text in GROUPS ? (text as StateFilter) : undefined;
}

export function statesOf(filter: StateFilter | undefined): VideoState[] | undefined {
  return filter && GROUPS[filter];
}
