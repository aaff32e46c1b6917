// The strings of this port that no source file names.
// *FORMAT-OFF*
Q(/lib)
