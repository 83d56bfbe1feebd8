// Package blobtest is the conformance suite of the blob port: what every driver must do, in the words of blob.Store.
//
// A driver's own test calls [Run] with a function that makes a fresh and empty store. The optional abilities are tested
// where the driver has them. The package refuses to know any driver.
package blobtest
