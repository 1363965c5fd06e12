module vectors/unicode

go 1.26
