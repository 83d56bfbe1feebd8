import { MatineePlayer } from './matinee-player';

if (!customElements.get('matinee-player')) customElements.define('matinee-player', MatineePlayer);

export type { CaptionTrack } from './captions';
export type { Chapter } from './chapters';
export type { PlayerStats } from './stats';
export { MatineePlayer };
