// Command bench measures what docs/performance.md promises. It takes both sides of a comparison in the same run, in turns, and
// prints ratios of them, because the machines it runs on are shared and noisy.
//
// Each measurement is a file. A missed target is said in its row; the command fails only when something cannot be measured. It
// refuses to be a test: nothing here decides whether a change lands.
package main
