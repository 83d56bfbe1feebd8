// Command matinee is the whole product in one program: the server and the verbs of its administrator.
//
// Each verb is one file. A verb that acts on a data folder talks to the server that holds it, over the folder's socket; where
// none does, it takes the folder itself and talks to the same API in this process. The command refuses to hold rules.
package main
