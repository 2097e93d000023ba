import func Glibc.expf

/// The exponential of a number that is not above 0. Where the result is next to nothing it is 0: the library takes far
/// longer there than elsewhere.
@inline(__always)
func fading(_ exponent: Float) -> Float { exponent < -80 ? 0 : expf(exponent) }
