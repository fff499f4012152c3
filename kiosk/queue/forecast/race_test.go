//go:build race

package forecast_test

// raced says that the race detector watches: a fortnight then takes minutes.
const raced = true
