export interface paths {
  '/api/v1/instance': { get: Op<never, Instance> };
  '/api/v1/setup': { post: Op<{ token: string; email: string; name: string; password: string }, UserBody, 201> };
  '/api/v1/auth/session': {
    post: Op<{ email: string; password: string }, UserBody>;
    delete: Op<never, never, 204>;
  };
  '/api/v1/me': { get: Op<never, User> };
  '/api/v1/videos': {
    get: {
      parameters: { query?: { limit?: number; cursor?: string; owner?: string; state?: string } };
    } & Op<never, VideoList>;
    post: Op<{ title?: string; description?: string; visibility?: Visibility }, CreatedVideo, 201>;
  };
  '/api/v1/videos/sample': { post: Op<never, Video, 201> };
  '/api/v1/videos/{id}': {
    get: ById & Op<never, Video>;
    patch: ById & {
      requestBody: {
        content: { 'application/merge-patch+json': { title?: string; description?: string; visibility?: Visibility } };
      };
      responses: Answers<Video, 200>;
    };
    delete: ById & Op<never, never, 204>;
  };
  '/api/v1/videos/{id}/playback': { get: ById & Op<never, Playback> };
  '/api/v1/videos/{id}/repair': { post: ById & Op<never, never, 202> };
}
type ById = { parameters: { path: { id: string } } };
type Answers<Out, Status extends number> = {
  [S in Status]: { content: [Out] extends [never] ? { 'application/json'?: never } : { 'application/json': Out } };
} & { default: { content: { 'application/problem+json': Problem } } };
type Op<In, Out, Status extends number = 200> = ([In] extends [never]
  ? { requestBody?: never }
  : { requestBody: { content: { 'application/json': In } } }) & { responses: Answers<Out, Status> };
type Visibility = 'public' | 'unlisted' | 'private';
type State = 'waiting' | 'uploading' | 'processing' | 'playable' | 'ready' | 'failed';
type Instance = { name: string; setup_required: boolean; max_upload_bytes: number; sample: boolean; version: string };
type User = { id: string; name: string; email: string; role: string };
type UserBody = { user: User };
type Video = {
  id: string;
  state: State;
  progress: { upload: number; encode: number };
  eta_seconds: number | null;
  error?: { code: string; message: string; next: string } | null;
  title: string;
  description: string;
  visibility: Visibility;
  owner: { id: string; name: string };
  created_at: string;
  updated_at: string;
  published_at: string | null;
  playable_at: string | null;
  ready_at: string | null;
  duration_seconds: number | null;
  width: number | null;
  height: number | null;
  frame_rate: number | null;
  size_bytes: number | null;
  watch_url: string;
  poster_url: string | null;
  warnings?: string[];
  damage?: unknown;
  rungs: { id: string; width: number; height: number; state: string }[];
  can_edit: boolean;
};
type CreatedVideo = Video & { upload: { put_url: string; tus_url: string; expires_at: string } };
type VideoList = { items: Video[]; next_cursor: string | null };
type Playback = {
  hls: string;
  dash: string;
  poster: string | null;
  storyboard: string | null;
  duration_seconds: number;
  expires_at: string | null;
};
type Problem = {
  type?: string;
  title: string;
  status: number;
  detail?: string;
  code: string;
  errors?: { location?: string; message?: string }[];
  request_id?: string;
};
export interface components {
  schemas: {
    Instance: Instance;
    User: User;
    Video: Video;
    VideoList: VideoList;
    CreatedVideo: CreatedVideo;
    Playback: Playback;
    Problem: Problem;
  };
}
