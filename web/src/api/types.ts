import type { components } from './schema';

type Schemas = components['schemas'];

export type Instance = Schemas['Instance'];
export type User = Schemas['User'];
export type Video = Schemas['Video'];
export type VideoPage = Schemas['VideoList'];
export type CreatedVideo = Schemas['CreatedVideo'];
export type Playback = Schemas['Playback'];
export type VideoState = Video['state'];
export type Visibility = Video['visibility'];

/** What a server-sent event carries: enough to move a progress bar without another request. */
export type VideoNews = Pick<Video, 'id' | 'state' | 'progress' | 'eta_seconds'>;
