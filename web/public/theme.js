// Sets dark or light before the first paint. It is a file of its own, loaded
// before everything else, because the content security policy allows no inline script.
(() => {
  let choice = null;
  try {
    choice = localStorage.getItem('matinee-theme');
  } catch {
    // Storage can be blocked; the system's choice is used then.
  }
  const light = choice === 'light' || (choice !== 'dark' && window.matchMedia('(prefers-color-scheme: light)').matches);
  const scheme = light ? 'light' : 'dark';
  document.documentElement.setAttribute('data-mantine-color-scheme', scheme);
  document.querySelector('meta[name="theme-color"]')?.setAttribute('content', light ? '#faf8f4' : '#0f1014');
})();
