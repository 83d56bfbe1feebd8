import { Trans } from '@lingui/react/macro';
import { useRouterState } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { ButtonLink } from './button';
import { LogoMark } from './logo';
import { Notice } from './notice';

/** What a page for people with an account shows to others; after signing in they are back on it. */
export function SignInFirst({ title, children }: { title?: ReactNode; children?: ReactNode }) {
  const here = useRouterState({ select: ({ location }) => location.href });
  return (
    <Notice
      icon={<LogoMark size={48} />}
      title={title ?? <Trans>Sign in to see this page</Trans>}
      actions={
        <ButtonLink to="/sign-in" search={{ next: here }} look="primary">
          <Trans>Sign in</Trans>
        </ButtonLink>
      }
    >
      {children}
    </Notice>
  );
}
