module vectors/template

go 1.26
