// Package judge holds what is made of a source to the promises of the product: a chunk made alone has the pictures of one pass over
// the whole source, in number, time and content; segments are what CMAF and the plan say, from their bytes alone; HLS and DASH list
// exactly the planned frames; whatever cannot be is refused by name, and what is missing is counted.
//
// It drives the same encoder as the server does, with the plan's lowest rung, and looks at the results with means of its own. Every
// judgement is a function of values too, so that its own tests can show that it fails when it should. The package refuses to know
// where sources come from and what a test wants: it returns a Verdict.
package judge
