// Package client talks to a Matinee server's API from Go, over the network, over the socket of a data folder, or straight to a
// handler in the same process.
//
// A call returns a *Problem for every answer that is an error. The package refuses to hide the protocol: a call is one request and
// nothing is cached. Only [Client.ResumeUpload] sends again what did not arrive.
package client
