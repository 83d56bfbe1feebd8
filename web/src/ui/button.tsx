import { createLink } from '@tanstack/react-router';
import clsx from 'clsx';
import type { ButtonHTMLAttributes, ComponentPropsWithRef } from 'react';
import classes from './button.module.css';

type Look = { look?: 'primary' | 'quiet' | 'danger'; iconOnly?: boolean };

function className({ look = 'quiet', iconOnly }: Look, extra?: string): string {
  return clsx(classes.button, classes[look], iconOnly && classes.iconOnly, extra);
}

/** A verb the reader can press. */
export function Button({
  look,
  iconOnly,
  className: extra,
  ...rest
}: Look & ButtonHTMLAttributes<HTMLButtonElement> & ComponentPropsWithRef<'button'>) {
  return <button type="button" className={className({ look, iconOnly }, extra)} {...rest} />;
}

function Anchor({ look, iconOnly, className: extra, ...rest }: Look & ComponentPropsWithRef<'a'>) {
  return <a className={className({ look, iconOnly }, extra)} {...rest} />;
}

/** A link that looks like a button. */
export const ButtonLink = createLink(Anchor);
