package configs

// Agent is the configuration of the program agent.
type Agent struct {
	Node `yaml:",inline"`
}

// LoadAgent reads the agent's configuration strictly; an empty path means no file, flags alone.
func LoadAgent(path string, flags Overrides) (Agent, error) {
	a := Agent{Node: defaultNode("agent")}
	err := load(path, &a, func(a *Agent) { flags.apply(&a.Node) }, func(a *Agent, c *checker) { a.check(c) })
	return a, err
}
