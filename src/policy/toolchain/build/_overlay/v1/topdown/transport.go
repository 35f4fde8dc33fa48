package topdown

import http "stepgate/opa-toolchain/nohttp"

// CustomizeRoundTripper is all that OPA's other packages need of the http.go taken out of this one.
type CustomizeRoundTripper func(*http.Transport) http.RoundTripper
