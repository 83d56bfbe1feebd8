import type { components } from './schema';

type Schemas = components['schemas'];

export type Instance = Schemas['InstanceOutputBody'];
export type User = Schemas['UserBody'];
export type Video = Schemas['VideoBody'];
export type VideoPage = Schemas['ListVideosOutputBody'];
export type CreatedVideo = Schemas['CreatedVideoBody'];
export type Playback = Schemas['PlaybackBody'];
export type VideoState = Video['state'];
export type Visibility = Video['visibility'];

/** What a server-sent event carries: enough to move a progress bar without another request. */
export type VideoNews = Pick<Video, 'id' | 'state' | 'progress' | 'eta_seconds'>;
