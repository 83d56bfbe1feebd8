import type { components } from './schema';

type Schemas = components['schemas'];

export type Instance = Schemas['InstanceOutputBody'];
export type UploadLimits = Schemas['UploadLimitsBody'];
export type User = Schemas['UserBody'];
export type Role = User['role'];
export type Video = Schemas['VideoBody'];
/** What is becoming of a file that is to replace the one that plays. */
export type Replacement = Schemas['ReplacementBody'];
export type VideoPage = Schemas['ListVideosOutputBody'];
export type CreatedVideo = Schemas['CreatedVideoBody'];
export type Playback = Schemas['PlaybackBody'];
export type Encoding = Schemas['EncodingBody'];
export type PlanRung = Schemas['PlanRungBody'];
export type Chunk = Schemas['ChunkBody'];
/** Work on a video beside its chunks: sound, pictures, the verification. */
export type SideTask = Schemas['TaskBody'];
/** A task as administrators see it. */
export type Task = Schemas['ListedTaskBody'];
export type StorageFacts = Schemas['StorageOutputBody'];
/** Long work that was asked for. */
export type Operation = Schemas['OperationBody'];
export type VideoState = Video['state'];
export type Visibility = Video['visibility'];

/** What a server-sent event carries: enough to move a progress bar without another request. */
export type VideoNews = Pick<Video, 'id' | 'state' | 'progress' | 'eta_seconds' | 'replacement'>;
