// Package capabilities replaces OPA's package of the same name, which embeds the capabilities of every
// past version (12 MB); only `opa build --capabilities v0.x` reads those.
package capabilities

import "embed"

var FS embed.FS
