import { Trans, useLingui } from '@lingui/react/macro';
import { IconHome, IconPlus, IconUpload, IconVideo } from '@tabler/icons-react';
import { Link, type LinkProps } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { ButtonLink } from './button';
import { LogoMark } from './logo';
import classes from './shell.module.css';
import { ThemeToggle } from './theme-toggle';

type ShellProps = { name: string; account: ReactNode; activity: ReactNode; signedIn: boolean; children: ReactNode };

/** The frame around every page: header, content and, on a phone, the bottom bar. */
export function Shell({ name, account, activity, signedIn, children }: ShellProps) {
  return (
    <>
      <a href="#content" className={classes.skip}>
        <Trans>Skip to the content</Trans>
      </a>
      <header className={classes.header}>
        <Link to="/" className={classes.logo}>
          <LogoMark />
          <span>{name}</span>
        </Link>
        <div className={classes.tools}>
          {activity}
          <ThemeToggle />
          {signedIn && (
            <ButtonLink to="/upload" look="primary" className={classes.wide}>
              <IconPlus size={18} aria-hidden />
              <Trans>Upload</Trans>
            </ButtonLink>
          )}
          {account}
        </div>
      </header>
      <main id="content" tabIndex={-1} className={classes.content}>
        {children}
      </main>
      {signedIn && <BottomBar />}
    </>
  );
}

function BottomBar() {
  const { t } = useLingui();
  return (
    <nav className={classes.bottomBar} aria-label={t`Main`}>
      <BarLink to="/" search={{}} activeOptions={{ exact: true, includeSearch: true, explicitUndefined: true }}>
        <IconHome size={22} aria-hidden />
        <Trans>Home</Trans>
      </BarLink>
      <BarLink to="/upload">
        <IconUpload size={22} aria-hidden />
        <Trans>Upload</Trans>
      </BarLink>
      <BarLink to="/" search={{ owner: 'me' }} activeOptions={{ exact: true, includeSearch: true }}>
        <IconVideo size={22} aria-hidden />
        <Trans>My videos</Trans>
      </BarLink>
    </nav>
  );
}

function BarLink(props: LinkProps) {
  return <Link {...props} className={classes.barLink} activeProps={{ 'aria-current': 'page' }} />;
}
