import { MatineePlayer } from './matinee-player';

if (!customElements.get('matinee-player')) customElements.define('matinee-player', MatineePlayer);

export type { PlayerStats } from './matinee-player';
export { MatineePlayer };
