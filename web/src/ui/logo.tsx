/** The mark: a play sign, lit like a screen. */
export function LogoMark({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect x="1" y="1" width="30" height="30" rx="9" fill="var(--lamp-wash)" stroke="var(--lamp)" strokeOpacity=".5" />
      <path d="M11.5 10v12a1.2 1.2 0 0 0 1.8 1l10-6a1.2 1.2 0 0 0 0-2l-10-6a1.2 1.2 0 0 0-1.8 1z" fill="var(--lamp)" />
    </svg>
  );
}
