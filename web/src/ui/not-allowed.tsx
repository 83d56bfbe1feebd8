import { Trans, useLingui } from '@lingui/react/macro';
import { IconLock } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { usePageTitle } from '@/lib/use-page-title';
import { ButtonLink } from './button';
import { Notice } from './notice';

/** The page for whoever is signed in but may not do this. */
export function NotAllowed({ children }: { children: ReactNode }) {
  const { t } = useLingui();
  usePageTitle(t`Not allowed`);
  return (
    <Notice
      icon={<IconLock size={40} aria-hidden />}
      title={<Trans>This is not yours to open</Trans>}
      actions={
        <ButtonLink to="/" look="primary">
          <Trans>Go to the first page</Trans>
        </ButtonLink>
      }
    >
      {children}
    </Notice>
  );
}
