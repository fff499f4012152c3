// Package machine is what it takes to run one of our programs as the first process of a virtual machine: a kernel as a
// distribution packages it, with its modules, and an initial file system. What that process does is in package inside.
package machine
