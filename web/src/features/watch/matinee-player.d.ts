import type { DetailedHTMLProps, HTMLAttributes } from 'react';
import type { MatineePlayer } from '@/player';

type PlayerAttributes = DetailedHTMLProps<HTMLAttributes<MatineePlayer>, MatineePlayer> & {
  src: string;
  poster?: string;
  autoplay?: boolean;
  start?: string;
  'video-id'?: string;
  heading?: string;
  byline?: string;
  link?: string;
  theater?: 'on' | 'off';
  unfinished?: boolean;
};

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'matinee-player': PlayerAttributes;
    }
  }
}
