// Package rules is the architecture as code: who may import whom, what the programs may pull in, and what may lie in
// the repository. Its tests hold the repository to it; nothing else imports it.
package rules
