// Package site serves the web app: its shell for every page address, its assets, and the headers that keep a page to itself.
//
// An address that no page has is answered with the same shell and 404, and so is the page of a video that the caller may not
// watch: the app shows the rest. Assets carry a hash in their name and are cached for ever; the shell never is.
//
// The package refuses to know how a page looks and to hold any secret: all that a page shows comes from the API.
package site
