// Command bench measures what docs/performance.md promises: ratios and figures that are taken side by side in one run, because
// the machines it runs on are shared and noisy.
//
// Each measurement is a file. A missed target is said in its row; the command fails only when something cannot be measured. It
// refuses to be a test: nothing here decides whether a change lands.
package main
