import LocalStack
